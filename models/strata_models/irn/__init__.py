"""IRN: invertible rescaling of a picture to a thumbnail of 8 bits and back (Xiao et al., ECCV 2020)."""
