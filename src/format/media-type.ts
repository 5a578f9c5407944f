/** Media type of a .strata file and of every prefix of a file that ends with a layer. */
export const STRATA_TYPE = 'image/vnd.strata'
