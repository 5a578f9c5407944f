"""What more than one model uses: pictures, training loop, optimizer, integer networks, exports, measures."""
