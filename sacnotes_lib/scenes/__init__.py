"""Pictures as functions of their parameters: a pure computation, a drawing, and a description in words."""
