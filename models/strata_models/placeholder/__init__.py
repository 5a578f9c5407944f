"""The progressive placeholder: a conv-LSTM code of a 32x32 thumbnail, 128 bits a step (after Toderici et al., 2016)."""
