"""COMPASS: the layered codec. A base layer, one set of weights for all enhancement layers, LIFF between them."""
