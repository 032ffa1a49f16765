"""sacnotes: Soft Actor-Critic, one question at a time. What a notebook imports, all from here.

The names stand in `__init__.pyi`. Each is loaded when it is first used, so that importing the small library does not
load pictures and widgets.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
