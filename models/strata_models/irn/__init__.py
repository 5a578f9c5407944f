"""Invertible image rescaling, after Xiao et al., ECCV 2020."""
