"""The functions that the chapters derive: a neural network for handwritten digits in NumPy.

`from helpers import plots` brings the pictures; nothing here imports a plotting library by itself.
"""

import os

from threadpoolctl import threadpool_limits

from .activations import (
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    softmax,
    tanh,
    tanh_derivative,
)
from .data import (
    load_idx,
    load_mnist,
    minibatches,
    normalize,
    one_hot,
    read_idx,
    train_dev_split,
)
from .datasets import points
from .gradient_check import check_gradients, numerical_gradients
from .initialization import initialize
from .kaggle import kaggle_files, load_kaggle, load_kaggle_test, write_submission
from .losses import cross_entropy, cross_entropy_from_logits, log_sum_exp
from .metrics import accuracy, confusion_matrix, precision_recall
from .network import backward, forward, load_params, predict, save_params
from .optimizers import update
from .preprocessing import (
    center_digit,
    center_of_mass,
    crop_to_ink,
    place_by_mass,
    resize,
)
from .training import evaluate, train

# Matrices this small are multiplied fastest by one thread; two on a busy machine can be ten times
# slower. A number that you have set yourself stays.
if not {"OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"} & set(os.environ):
    threadpool_limits(1, user_api="blas")

__all__ = [
    "accuracy",
    "backward",
    "center_digit",
    "center_of_mass",
    "check_gradients",
    "confusion_matrix",
    "crop_to_ink",
    "cross_entropy",
    "cross_entropy_from_logits",
    "evaluate",
    "forward",
    "initialize",
    "kaggle_files",
    "load_idx",
    "load_kaggle",
    "load_kaggle_test",
    "load_mnist",
    "load_params",
    "log_sum_exp",
    "minibatches",
    "normalize",
    "numerical_gradients",
    "one_hot",
    "place_by_mass",
    "points",
    "precision_recall",
    "predict",
    "read_idx",
    "relu",
    "relu_derivative",
    "resize",
    "save_params",
    "sigmoid",
    "sigmoid_derivative",
    "softmax",
    "tanh",
    "tanh_derivative",
    "train",
    "train_dev_split",
    "update",
    "write_submission",
]
