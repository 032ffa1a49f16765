"""Demos for a projector: one page each, with a question to ask the room, a prediction, a move, and what to see."""
