"""HyperThumbnail: a thumbnail JPEG that hides the detail of the double size (Qi et al., CVPR 2023)."""
