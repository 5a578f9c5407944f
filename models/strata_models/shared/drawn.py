"""A picture by formula: every golden file starts from it, and the TypeScript tests draw the same."""
import torch


def drawn_picture(height: int, width: int) -> torch.Tensor:
    """Waves, an edge and a gradient, rounded to 8 bits: [1, 3, H, W] in [0, 1]."""
    y = torch.arange(height, dtype=torch.float64)[:, None]
    x = torch.arange(width, dtype=torch.float64)[None]
    waves = 40 * torch.sin(x / 3.1 + y / 7.7) + 25 * torch.cos(y / 2.3 - x / 11.0)
    edge = torch.where(2 * x + 3 * y > 1.2 * (height + width), 60.0, -20.0)
    planes = [100 + waves + edge, 120 + waves * 0.6 + y * 60 / height, 140 - waves * 0.5 + edge * 0.4 + x * 40 / width]
    return (torch.stack([p.expand(height, width) for p in planes])[None] + 0.5).floor().clamp(0, 255).float() / 255
