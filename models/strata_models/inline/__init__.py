"""A decoder of the placeholder's code for pages: 24 kB with its weights, distilled from the one of 833 kB."""
