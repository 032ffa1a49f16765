"""Scenes under sliders and menus. Only this package and the display of lesson/ know ipywidgets."""
