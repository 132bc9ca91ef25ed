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
from .augmentation import (
    affine_maps,
    bilinear,
    random_shifts,
    random_warps,
    shift,
    smooth_bumps,
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
from .dropout import backward_dropout, dropout_masks, forward_dropout
from .gradients import check_gradients, numerical_gradients
from .initialization import initialize
from .kaggle import kaggle_files, load_kaggle, load_kaggle_test, write_submission
from .losses import cross_entropy, cross_entropy_from_logits, log_sum_exp
from .metrics import accuracy, confusion_matrix, precision_recall
from .network import backward, forward, load_params, predict, save_params
from .optimizers import Adam, Momentum, RMSProp, update
from .preprocessing import (
    center_digit,
    center_of_mass,
    crop_to_ink,
    place_by_mass,
    resize,
)
from .recipes import train_recipe
from .regularization import (
    EarlyStopping,
    add_l2,
    decay_weights,
    l2_loss,
    smooth_labels,
)
from .schedules import cosine_decay, linear_decay
from .training import evaluate, train

# Matrices this small are multiplied fastest by one thread; two on a busy machine can be ten times
# slower. A number that you have set yourself stays.
if not {"OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"} & set(os.environ):
    threadpool_limits(1, user_api="blas")

__all__ = [
    "Adam",
    "EarlyStopping",
    "Momentum",
    "RMSProp",
    "accuracy",
    "add_l2",
    "affine_maps",
    "backward",
    "backward_dropout",
    "bilinear",
    "center_digit",
    "center_of_mass",
    "check_gradients",
    "confusion_matrix",
    "cosine_decay",
    "crop_to_ink",
    "cross_entropy",
    "cross_entropy_from_logits",
    "decay_weights",
    "dropout_masks",
    "evaluate",
    "forward",
    "forward_dropout",
    "initialize",
    "kaggle_files",
    "l2_loss",
    "linear_decay",
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
    "random_shifts",
    "random_warps",
    "read_idx",
    "relu",
    "relu_derivative",
    "resize",
    "save_params",
    "shift",
    "sigmoid",
    "sigmoid_derivative",
    "smooth_bumps",
    "smooth_labels",
    "softmax",
    "tanh",
    "tanh_derivative",
    "train",
    "train_dev_split",
    "train_recipe",
    "update",
    "write_submission",
]
