"""Answers known without learning, from numpy and scipy alone.

Quadrature, soft LQR, soft dynamic programming on a grid, and Monte Carlo soft returns. The names stand in
`__init__.pyi`; each is loaded when it is first used, since scipy's parts take longer to load than they do to answer.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
