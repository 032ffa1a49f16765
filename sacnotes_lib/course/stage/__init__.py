"""A scene, a pure computation with a drawing and a description in words, and the sliders around it."""
