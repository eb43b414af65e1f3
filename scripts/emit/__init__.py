"""Makes each derived thing: the package, the strict document, the vectors, the drawing of the sizes."""
