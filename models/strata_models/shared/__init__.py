"""Modules that belong to no single model: pictures, training loop, optimizer, integer networks, exports, measures."""
