/** Media type of a .strata file, and of every prefix of one that ends with a layer. */
export const STRATA_TYPE = 'image/vnd.strata'
