"""A neural network for handwritten digits in NumPy. This is the door: each name behind its checks.

What stands behind the door checks nothing and is what the chapters derive; what reads a file, or
compares gradients, says itself what is wrong with them. Begin with `network.py`, which is the whole
network. `from helpers import plots` brings the pictures.
"""

import logging
import os
import warnings

from threadpoolctl import threadpool_limits

from . import (
    augmentation,
    checks,
    data,
    drawings,
    files,
    gradients,
    kaggle,
    metrics,
    network,
    optimizers,
    photos,
    regularization,
    training,
)
from .checks import guarded, guarded_class

# Matrices this small are multiplied fastest by one thread; two on a busy machine can be ten times
# slower. A number that you have set yourself stays.
if not {"OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"} & set(os.environ):
    threadpool_limits(1, user_api="blas")

# Matplotlib tells of its list of fonts, and of folders that it cannot write into; tqdm that it can
# start no thread (a browser has none). All go on without, and no reader can do anything about it.
NOTICES = (
    "Matplotlib is building the font cache",
    "Matplotlib created a temporary cache directory",
    "mkdir -p failed for path",
    "%s is not a writable directory",
)
for name in "matplotlib", "matplotlib.font_manager":
    logging.getLogger(name).addFilter(lambda record: not str(record.msg).startswith(NOTICES))
warnings.filterwarnings("ignore", message="tqdm:disabling monitor support")

# the network (chapters 02 to 06)
relu = guarded(network.relu)
relu_derivative = guarded(network.relu_derivative)
sigmoid = guarded(network.sigmoid)
sigmoid_derivative = guarded(network.sigmoid_derivative)
tanh = guarded(network.tanh)
tanh_derivative = guarded(network.tanh_derivative)
softmax = guarded(network.softmax)
initialize = guarded(network.initialize)
forward = guarded(network.forward)
predict = guarded(network.predict)
cross_entropy = guarded(network.cross_entropy)
cross_entropy_from_logits = guarded(network.cross_entropy_from_logits)
log_sum_exp = guarded(network.log_sum_exp)
backward = guarded(network.backward)
update = guarded(network.update)
numerical_gradients = gradients.numerical_gradients
check_gradients = gradients.check_gradients
as_pairs = gradients.as_pairs

# data (chapters 01, 08 and 09)
load_mnist = data.load_mnist
load_idx = data.load_idx
read_idx = data.read_idx
normalize = guarded(data.normalize)
one_hot = guarded(network.one_hot)
train_dev_split = guarded(data.train_dev_split)
minibatches = guarded(network.minibatches, y=checks.as_many)
points = guarded(data.points, **checks.points_of(data.SHAPES))
kaggle_files = kaggle.kaggle_files
load_kaggle = kaggle.load_kaggle
load_kaggle_test = kaggle.load_kaggle_test
write_submission = guarded(kaggle.write_submission)
crop_to_ink = guarded(drawings.crop_to_ink)
resize = guarded(drawings.resize)
center_of_mass = guarded(drawings.center_of_mass)
place_by_mass = guarded(drawings.place_by_mass)
center_digit = guarded(drawings.center_digit)
read_image = photos.read_image

# training (chapter 07)
train = train_recipe = guarded(training.train)  # the second name is that of the first edition
evaluate = guarded(training.evaluate)
accuracy = guarded(metrics.accuracy)
confusion_matrix = guarded(metrics.confusion_matrix)
precision_recall = guarded(metrics.precision_recall)
save_params = guarded(files.save_params)
load_params = files.load_params
load_optimizer = guarded(files.load_optimizer)

# going beyond (chapter 11)
Momentum = guarded_class(optimizers.Momentum)
RMSProp = guarded_class(optimizers.RMSProp)
Adam = guarded_class(optimizers.Adam)
linear_decay = guarded(optimizers.linear_decay)
cosine_decay = guarded(optimizers.cosine_decay)
l2_loss = guarded(regularization.l2_loss)
add_l2 = guarded(regularization.add_l2)
decay_weights = guarded(regularization.decay_weights)
dropout_masks = guarded(regularization.dropout_masks)
forward_dropout = guarded(regularization.forward_dropout)
backward_dropout = guarded(regularization.backward_dropout)
smooth_labels = guarded(regularization.smooth_labels)
EarlyStopping = guarded_class(regularization.EarlyStopping)
shift = guarded(augmentation.shift)
random_shifts = guarded(augmentation.random_shifts)
affine_maps = guarded(augmentation.affine_maps)
bilinear = guarded(augmentation.bilinear, x=checks.coordinates, y=checks.coordinates)
smooth_bumps = guarded(augmentation.smooth_bumps)
random_warps = guarded(augmentation.random_warps)

__all__ = sorted(
    name
    for name, value in dict(globals()).items()
    if callable(value) and name[0] != "_" and value.__module__ != checks.__name__
)
__all__.remove("threadpool_limits")
