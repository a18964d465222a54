"""Out of the notebook: a generator as a file that another program runs, and what that program has to do alike."""

from studylib.deployment.comparison import Comparison, Row, compare
from studylib.deployment.formats import FORMATS, any_size, export
from studylib.deployment.preprocessing import MISTAKES, postprocess, preprocess
from studylib.deployment.quantization import dequantize, quantization, quantize
from studylib.deployment.runtimes import Translator, load

__all__ = [
    "FORMATS",
    "MISTAKES",
    "Comparison",
    "Row",
    "Translator",
    "any_size",
    "compare",
    "dequantize",
    "export",
    "load",
    "postprocess",
    "preprocess",
    "quantization",
    "quantize",
]
