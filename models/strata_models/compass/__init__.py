"""COMPASS: the layered codec (base layer, one shared enhancement layer, LIFF between them)."""
