"""The door: bad input is refused by name, X may lie in memory as it likes, nothing is changed."""

import ast
import functools
import inspect
import re
import traceback

import numpy as np
import pandas as pd
import pytest

import helpers
from helpers import checks, network, optimizers
from helpers.checks import guarded

# X: 6 examples of 4 numbers; y: their labels 0-2; Y: one-hot; D: four drawings of 2 by 2 pixels;
# p: a network 4-5-3 in float64, p32: one in float32; cache: of a forward pass; s: settings for
# train; rng: a generator
BAD_CALLS = [
    # any array
    ("softmax([1.0, 2.0])", TypeError, r"list \[1.0, 2.0\]; use np\.asarray\(Z\)$"),
    ("one_hot([1] * 99)", TypeError, r"got list \[1, [1, ]{53}\.\.\.; use np"),
    ("softmax([[1.0], [2.0, 3.0]])", TypeError, r"got list \[\[1.0\], \[2.0, 3.0\]\]$"),
    ("softmax(None)", TypeError, "Z must be a NumPy array, got NoneType None$"),
    ("softmax(np.array(['1']))", TypeError, r"got dtype <U1; use Z.astype\(np.float32\)$"),
    ("softmax(np.array(['one']))", TypeError, "Z must hold real numbers, got dtype <U3$"),
    ("softmax(np.array([1j]))", TypeError, "Z must hold real numbers, got dtype complex128$"),
    ("softmax(np.array([]))", ValueError, "Z is empty"),
    ("one_hot(np.array(1))", ValueError, r"y must have 1 dimension\(s\), got shape \(\)"),
    # numbers for an activation
    ("tanh(np.array([[0, np.nan]]))", ValueError, r"Z must be finite, got nan at index \(0, 1\)"),
    ("tanh(np.array([[-np.inf]]))", ValueError, r"Z must be finite, got -inf at index \(0, 0\)"),
    ("softmax(np.array([1, 2, 3], np.uint8))", TypeError, r"Z .*, got uint8; use Z\.astype\(float"),
    ("softmax(np.array([1, 2, 3], np.int8))", TypeError, r"Z .*, got int8; use Z\.astype\(float"),
    ("relu([1.0])", TypeError, "Z must be a NumPy array"),
    ("sigmoid([1.0])", TypeError, "Z must be a NumPy array"),
    ("tanh([1.0])", TypeError, "Z must be a NumPy array"),
    ("relu_derivative([1.0])", TypeError, "Z must be a NumPy array"),
    ("sigmoid_derivative([1.0])", TypeError, "Z must be a NumPy array"),
    ("tanh_derivative([1.0])", TypeError, "Z must be a NumPy array"),
    ("log_sum_exp([1.0])", TypeError, "Z must be a NumPy array"),
    # labels, one-hot rows, probabilities
    ("one_hot(np.array([1, 10]))", ValueError, "from 0 to 9, got 1 to 10; y - 1 counts from 0"),
    ("one_hot(np.array([3, 15]))", ValueError, "from 0 to 9, got 3 to 15; pass classes=16$"),
    ("one_hot(np.array([-1, 1]))", ValueError, "from 0 to 9, got -1 to 1; np.unique"),
    ("one_hot(np.array([1, 1.5]))", ValueError, "y must hold whole numbers, got 1.5"),
    ("one_hot(np.array([1, np.inf]))", ValueError, r"y must be finite, got inf at index \(1,\)"),
    ("one_hot(np.array([1.0]))", TypeError, r"y must have an integer dtype.* y\.astype\(int\)"),
    ("one_hot(Y)", ValueError, r"y must be labels .* this is a one-hot matrix; y\.argmax"),
    ("one_hot(np.eye(2) + 1)", ValueError, r"labels of shape \(m,\), got shape \(2, 2\)$"),
    ("one_hot(y[None])", ValueError, r"got shape \(1, 6\): y\[0\] gives the labels"),
    ("one_hot(np.array(['5', '0']))", TypeError, r"dtype <U1, such as .*'5'.*; use y.astype\(int"),
    ("one_hot(np.array(['five', 'two']))", TypeError, r"np\.unique\(y, return_inverse=True\)\[1\]"),
    ("one_hot(np.array(['1', None]))", ValueError, "y has no label at index 1: None"),
    ("one_hot(y[:, None])", ValueError, r"got shape \(6, 1\): y\[:, 0\] gives the labels"),
    ("one_hot(y, classes=2)", ValueError, "y must hold labels from 0 to 1, got 0 to 2"),
    ("one_hot(y, classes=3.0)", TypeError, "classes must be a whole number, got float 3.0"),
    ("one_hot(y, classes=0)", ValueError, "classes must be at least 1, got 0"),
    ("cross_entropy(X, Y)", ValueError, "each row of A .* for logits use cross_entropy_from"),
    ("cross_entropy(np.array([[-0.2, 0.6, 0.6]]), Y[:1])", ValueError, "each row of A must be pr"),
    ("cross_entropy(0.5 * Y, Y)", ValueError, "each row of A must be probabilities that sum to 1"),
    ("cross_entropy(Y[0], Y)", ValueError, "A must have 2 dimension"),
    ("cross_entropy(Y * np.nan, Y)", ValueError, "A must be finite"),
    ("cross_entropy(Y, y)", ValueError, r"Y must be one-hot rows.* labels\? one_hot\(y\)"),
    ("cross_entropy(Y, Y.tolist())", TypeError, "Y must be a NumPy array"),
    ("cross_entropy(Y, Y[:5])", ValueError, r"Y has shape \(5, 3\), expected \(6, 3\)"),
    ("cross_entropy(Y, 2 * Y)", ValueError, "each row of Y must be non-negative and sum to 1"),
    ("cross_entropy(Y, 1.5 * Y - 0.5 * Y[:, ::-1])", ValueError, "each row of Y must be non-neg"),
    ("cross_entropy_from_logits(X, y + 2)", ValueError, "from 0 to 3, got 2 to 4; Z needs 5 col"),
    ("cross_entropy_from_logits(X, y[:5])", ValueError, "y has 5 labels for 6 examples"),
    ("cross_entropy_from_logits(X[0], y)", ValueError, r"Z must have 2 .* shape \(4,\)"),
    # examples
    ("forward(X[:, :3], p)", ValueError, "X has 3 columns, but the first layer expects 4"),
    ("forward(X[0], p)", ValueError, r"X must have one example per row.* X\[None, :\]"),
    ("forward(X[:0], p)", ValueError, r"X is empty: its shape is \(0, 4\)"),
    ("forward(X + np.nan, p)", ValueError, r"X must be finite, got nan at index \(0, 0\)"),
    ("forward(X[None], p)", ValueError, "X must have 2 dimension"),
    ("forward(X[:, :, None], p)", ValueError, r"example per row, .*; X\.reshape\(len\(X\), -1\)"),
    ("forward(X[:4, :3], p)", ValueError, r"it has as many rows: pass X\.T, with examples as"),
    ("forward(X[:2, :2], p)", ValueError, r"single image pass X\.reshape\(1, -1\)$"),
    ("forward(X.tolist(), p)", TypeError, "X must be a NumPy array"),
    ("predict(X[:, :3], p)", ValueError, "X has 3 columns"),
    ("train_dev_split(X, y[:5], 2, rng)", ValueError, "y has 5 labels for 6 examples"),
    ("train_dev_split(X.tolist(), y, 2, rng)", TypeError, "X must be a NumPy array"),
    ("train_dev_split(X, y, 6, rng)", ValueError, "dev_size must be smaller than the 6 examples"),
    ("train_dev_split(X, y, 0, rng)", ValueError, "dev_size must be at least 1"),
    ("train_dev_split(X, y, 0.2, rng)", TypeError, "dev_size must be a whole number"),
    ("train_dev_split(X, y, 2, 42)", TypeError, r"rng must be .*default_rng\(seed\), got int 42"),
    ("minibatches(X, y[:5], 2, rng)", ValueError, "X has 6 examples, y has 5"),
    ("minibatches(X, list(y), 2, rng)", TypeError, "y must be a NumPy array"),
    ("minibatches(X, y, 0, rng)", ValueError, "batch_size must be at least 1, got 0"),
    ("minibatches(X, y, True, rng)", TypeError, "batch_size must be a whole number, got bool"),
    ("minibatches(X, y, 2, np.random)", TypeError, "rng must be a generator"),
    ("normalize([255])", TypeError, "pixels must be a NumPy array"),
    ("normalize(np.array([-1, 0]))", ValueError, "pixels must lie in 0-255, got -1 to 0"),
    ("normalize(np.array([256]))", ValueError, "pixels must lie in 0-255, got 256 to 256"),
    ("normalize(np.array([0, np.nan]))", ValueError, "pixels must lie in 0-255, got nan"),
    ("points('star', 9, 0.1, rng)", ValueError, "shape must be one of spirals, .*; got 'star'"),
    ("points('xor', 1, 0.1, rng)", ValueError, "m must be at least 2, got 1"),
    ("points('clusters', 2, 0.1, rng)", ValueError, "m must be at least 3, got 2"),
    ("points('xor', 9, -0.1, rng)", ValueError, "noise must be a number from 0 to 10, got float"),
    ("points('xor', 9, np.nan, rng)", ValueError, "noise must be a number from 0 to 10"),
    # parameters, gradients, caches
    ("initialize(784, rng=rng)", TypeError, r"sizes must be a list such as .*, got int 784"),
    ("initialize([784], rng=rng)", ValueError, "sizes needs at least inputs and outputs"),
    ("initialize([784, 0, 10], rng=rng)", ValueError, r"sizes\[1\] must be at least 1, got 0"),
    ("initialize([784, 10.0], rng=rng)", TypeError, r"sizes\[1\] must be a whole number"),
    ("initialize([4, 3], 'step', rng=rng)", ValueError, "hidden must be one of relu, .*'step'"),
    ("initialize([4, 3], rng=0)", TypeError, "rng must be a generator .*, got int 0"),
    ("initialize([4, 3], rng=rng, scheme='him')", ValueError, "scheme must be one of he, .*'him'"),
    ("initialize([4, 3], rng=rng, scheme=-0.1)", ValueError, "scheme, .* must be positive"),
    ("initialize([4, 3], rng=rng, scheme=True)", TypeError, "scheme, .* must be a number"),
    ("initialize([4, 3], rng=rng, dtype=int)", TypeError, "dtype must be a floating dtype"),
    ("forward(X, p, 'step')", ValueError, "hidden must be one of relu, sigmoid, tanh; got 'step'"),
    ("forward(X, p, np.tanh)", ValueError, "hidden must be one of relu, sigmoid, tanh"),
    ("forward(X, [])", TypeError, r"params must be a non-empty list of \(W, b\) pairs"),
    ("forward(X, tuple(p))", TypeError, r"params must be a non-empty list of \(W, b\) pairs"),
    ("forward(X, [p[0], p[1][0]])", TypeError, r"params\[1\] must be a pair \(W, b\)"),
    ("forward(X, [(*p[0], 0.5)])", TypeError, r"params\[0\] must be a pair \(W, b\), got tuple"),
    ("forward(X, [np.ones((2, 4))])", TypeError, r"params\[0\] must be a pair .*\(2, 4\)"),
    ("forward(X, [([[1.0]], p[0][1])])", TypeError, "W of layer 1 must be a NumPy array"),
    ("forward(X, [(p[0][1], p[0][1])])", ValueError, "W of layer 1 must have 2 dimension"),
    ("forward(X, [(p[0][0], 0.0)])", TypeError, "b of layer 1 must be a NumPy array"),
    ("forward(X, [(p[0][0], p[0][0])])", ValueError, "b of layer 1 must have 1 dimension"),
    ("forward(X, [p[0], p[0]])", ValueError, r"W of layer 2 has shape \(4, 5\), .* 5 outputs"),
    ("forward(X, [p[0], (p[1][0], p[0][1])])", ValueError, r"b of layer 2 has shape \(5,\)"),
    ("forward(X, [(W.astype('f4'), b) for W, b in p])", TypeError, "share one floating dtype"),
    ("forward(X, [p[0], p32[1]])", TypeError, "share one floating dtype; layer 2 has float32"),
    ("forward(X, [(W.astype(int), b.astype(int)) for W, b in p])", TypeError, "floating dtype"),
    ("forward(X, [p[0], (p[1][0] * np.inf, p[1][1])])", ValueError, "W of layer 2 must be finite"),
    ("forward(X, [p[0], (p[1][0], p[1][1] + np.nan)])", ValueError, "b of layer 2 must be finite"),
    ("backward(cache[0], Y, p)", TypeError, "cache must be the second result of forward"),
    ("backward(cache, Y[:1], p)", ValueError, r"Y has shape \(1, 3\), expected \(6, 3\)"),
    ("backward(cache, Y, p[:1])", ValueError, "cache was made with weights of shapes"),
    ("update(p, p[:1], 0.1)", ValueError, "grads have shapes .*, params have"),
    ("update(p, None, 0.1)", TypeError, r"grads must be a non-empty list of \(dW, db\) pairs"),
    ("update(p, [(W * np.nan, b) for W, b in p], 0.1)", ValueError, "^dW of layer 1 must be fin"),
    ("update(p, [(W, b * np.inf) for W, b in p], 0.1)", ValueError, "^db of layer 1 must be fin"),
    ("update(p, [1], 0.1)", TypeError, r"grads\[0\] must be a pair \(dW, db\), got int 1"),
    ("update(p32, p32, 1e39)", ValueError, r"learning_rate must be at most .* got 1e\+39"),
    # training
    ("evaluate(X, Y, p)", ValueError, "y must be labels .* one-hot"),
    ("evaluate(X, y, p[:1] + [(np.ones((5, 1)), np.ones(1))])", ValueError,
     r"params end in a single unit, .*two for two classes: initialize\(\[…, 2\]"),
    ("train(X, y + 1, p, **s)", ValueError, "from 0 to 2, got 1 to 3; y - 1 counts from 0"),
    ("train(X, y + 2, p, **s)", ValueError, "got 2 to 4; the network needs 5 output units"),
    ("train(X, y[:5], p, **s)", ValueError, "y has 5 labels for 6 examples"),
    ("train_recipe(X, y, p[::-1], **s)", ValueError, "W of layer 2 has shape"),
    ("train(X, y, p, **s | {'learning_rate': 0})", ValueError, "learning_rate must be positive"),
    ("train(X, y, p, **s | {'learning_rate': -1})", ValueError, "learning_rate must be positive"),
    ("train(X, y, p, **s | {'learning_rate': np.nan})", ValueError, "learning_rate .* got nan"),
    ("train(X, y, p, **s | {'learning_rate': np.inf})", ValueError, "learning_rate .* got inf"),
    ("train(X, y, p, **s | {'learning_rate': '0.1'})", TypeError, "learning_rate .* str '0.1'"),
    ("train(X, y, p, **s | {'learning_rate': True})", TypeError, "learning_rate .* bool True"),
    ("train(X, y, p, **s | {'batch_size': 1.5})", TypeError, "batch_size .* float 1.5"),
    ("train(X, y, p, **s | {'epochs': 0})", ValueError, "epochs must be at least 1, got 0"),
    ("train(X, y, p, **s | {'epochs': None})", TypeError, "epochs must be a whole number"),
    ("train(X, y, p, **s, callback=1)", TypeError, "callback must be a function, got int 1"),
    ("train(X, y, p, **s, callback_every=0)", ValueError, "callback_every must be at least 1"),
    ("train(X, y, p, **s, measure_every=0)", ValueError, "measure_every must be at least 1"),
    ("train(X, y, p, **s, X_dev=X)", ValueError, "X_dev and y_dev go together"),
    ("train(X, y, p, **s, y_dev=y)", ValueError, "X_dev and y_dev go together"),
    ("train(X, y, p, **s, X_dev=X[:, :3], y_dev=y)", ValueError, "X_dev has 3 columns"),
    ("train(X, y, p, **s, X_dev=X, y_dev=y + 1)", ValueError, "y_dev must hold labels from 0 to 2"),
    ("train(X, y, p, **s, X_dev=X, y_dev=y[:5])", ValueError, "y_dev has 5 labels for 6 examples"),
    ("train(X, y, p, **s, update=Adam(p))", TypeError,
     "update must be .* such as Adam.*, got Adam"),
    ("train(X, y, p, **s, update=Adam)", TypeError, r"Adam\(params\)\.update, got the class Adam"),
    ("train(X, y, p32, **s, update=Adam(p).update)", ValueError,
     "this Adam was made for params with .*float64.*, got .*float32"),
    ("train(X, y, p, **s, schedule=0.5)", TypeError, "schedule must be a function"),
    ("train(X, y, p, **s, schedule=lambda *_: 2)", ValueError, r"schedule\(0, 3\) .* int 2"),
    ("train(X, y, p, **s, schedule=lambda *_: np.nan)", ValueError, r"schedule\(0, 3\) must"),
    ("train(X, y, p, **s, schedule=lambda *_: '1')", ValueError, r"schedule\(0, 3\) must"),
    ("train(X, y, p, **s, weight_decay=-1)", ValueError, "weight_decay must be at least 0"),
    ("train(X, y, p, **s, weight_decay=10)", ValueError, "learning_rate must be below 1"),
    ("train(X, y, p, **s, l2=None)", TypeError, "l2 must be a number, got NoneType"),
    ("train(X, y, p, **s, keep=0)", ValueError, "keep must be positive"),
    ("train(X, y, p, **s, keep=1.1)", ValueError, "keep must be above 0 and at most 1"),
    ("train(X, y, p, **s, label_smoothing=1)", ValueError, "label_smoothing must be below 1"),
    ("train(X, y, p, **s, augment=True)", TypeError, "augment must be a function"),
    ("train(X, y, p, **s, augment=lambda X, rng: X[:5])", ValueError, "has 5 examples, X has 6"),
    ("train(X, y, p, **s, augment=lambda X, rng: X[:, :3])", ValueError, r"augment.* 3 columns"),
    ("train(X, y, p, **s, augment=lambda X, rng: X / 0)", ValueError, r"augment.* be finite"),
    ("train(X, y, p, **s, augment=lambda X, rng: None)", TypeError, r"augment\(X, rng\) must"),
    ("train(X, y, p, **s, patience=2)", ValueError, "patience needs X_dev and y_dev"),
    ("train(X, y, p, **s, X_dev=X, y_dev=y, patience=0)", ValueError,
     "patience must be at least 1"),
    ("EarlyStopping(1.5)", TypeError, "patience must be a whole number"),
    ("EarlyStopping(1).stop(np.nan, p)", ValueError, "dev_loss must be finite, got nan"),
    ("EarlyStopping(1).stop([0.1], p)", TypeError, "dev_loss must be a number, got list"),
    ("EarlyStopping(1).stop(0.1, None)", TypeError, "params must be a non-empty list"),
    # optimizers and schedules
    ("Momentum(None)", TypeError, "params must be a non-empty list"),
    ("Momentum(p, momentum=1)", ValueError, "momentum must be below 1, got 1"),
    ("Momentum(p, momentum=-0.1)", ValueError, "momentum must be at least 0 and finite, got -0.1"),
    ("Momentum(p, momentum=np.nan)", ValueError, "momentum must be at least 0 and finite, got nan"),
    ("Momentum(p, momentum=True)", TypeError, "momentum must be a number, got bool True"),
    ("Momentum(p).update(p, p[:1], 0.1)", ValueError, "grads have shapes .*, params have"),
    ("Momentum(p).update(p[:1], p[:1], 0.1)", ValueError, "this Momentum was made for params with"),
    ("RMSProp(p, rho='0.9')", TypeError, "rho must be a number, got str '0.9'"),
    ("RMSProp(p, eps=0)", ValueError, "eps must be positive"),
    ("RMSProp(p).update(p, p, 0)", ValueError, "learning_rate must be positive"),
    ("Adam(p, beta1=1.0)", ValueError, "beta1 must be below 1, got 1.0"),
    ("Adam(p, beta2=1)", ValueError, "beta2 must be below 1, got 1"),
    ("Adam(p32, eps=1e-40)", ValueError, r"eps must be at least 1\.175e-38 in float32, got 1e-40"),
    ("Adam(p).update(p32, p32, 0.1)", ValueError, "this Adam was made for params with .*float64"),
    ("linear_decay(0, 0)", ValueError, "steps must be at least 1"),
    ("linear_decay(-1, 5)", ValueError, "step must be at least 0"),
    ("linear_decay(5, 5)", ValueError, "step must be below steps=5, got 5: steps count from 0"),
    ("linear_decay(0.5, 5)", TypeError, "step must be a whole number, got float 0.5"),
    ("cosine_decay(0, 5, warmup=5)", ValueError, "warmup must be below steps=5, got 5$"),
    ("cosine_decay(0, 5, warmup=0.1)", TypeError, "warmup must be a whole number, got float 0.1"),
    # regularization
    ("l2_loss(p, -0.1)", ValueError, "strength must be at least 0 and finite, got -0.1"),
    ("add_l2(p[:1], p, 0.1)", ValueError, "grads have shapes .*, params have"),
    ("decay_weights(p, 1)", ValueError, "amount must be below 1, got 1"),
    ("smooth_labels(y, 0.1)", ValueError, r"Y must be one-hot rows.* labels\? one_hot\(y\)"),
    ("dropout_masks(0, p, 0.5, rng)", ValueError, "m must be at least 1"),
    ("dropout_masks(X, p, 0.5, rng)", TypeError, "m must be a whole number, got an array"),
    ("forward_dropout(X, p, 0.5)", TypeError, "masks must be a list .*, got float 0.5"),
    ("forward_dropout(X, p, [])", ValueError, r"masks have shapes \[\], .* of shapes \[\(6, 5\)\]"),
    ("forward_dropout(X, p, [np.ones((1, 5))])", ValueError, r"masks have shapes \[\(1, 5\)\]"),
    ("forward_dropout(X, p, [np.ones((6, 5), bool)])", TypeError, "mask of layer 1 must hold real"),
    ("forward_dropout(X, p32, [np.ones((6, 5))])", TypeError, "mask of layer 1 .* dtype float32"),
    ("forward_dropout(X, p, [np.full((6, 5), np.inf)])", ValueError, "mask of layer 1 must be fin"),
    ("forward_dropout(X, p, [None])", TypeError, "mask of layer 1 must be a NumPy array"),
    ("backward_dropout(cache, Y, p, [np.ones((5, 5))])", ValueError, r"masks have shapes"),
    # metrics
    ("accuracy(y, y[:5])", ValueError, "y_pred has 5 labels for 6 examples"),
    ("accuracy(Y, y)", ValueError, "y_true must be labels .* one-hot"),
    ("confusion_matrix(y, y, classes=2)", ValueError, "from 0 to 1, got 0 to 2; pass classes=3"),
    ("confusion_matrix(y, y + 1, classes=3)", ValueError, "y_pred .*, got 1 to 3; y_pred - 1"),
    ("precision_recall(np.ones((2, 3)))", ValueError, r"confusion must be square, got .*\(2, 3\)"),
    ("precision_recall(np.ones(4))", ValueError, "confusion must have 2 dimension"),
    ("precision_recall(np.array([[3, -1], [0, 4]]))", ValueError, "confusion .* counts, got -1"),
    ("precision_recall(np.array([[3, np.nan], [0, 4]]))", ValueError, "confusion must be finite"),
    # augmentation
    ("shift(D[0], 0, 0)", ValueError, "X must have 2 dimension"),
    ("shift(255 * D, 0, 0)", ValueError, r"X must lie in 0 .* 255; pass normalize\(X\)"),
    ("shift(np.full((1, 4), np.nan), 0, 0)", ValueError, "X must lie in 0 .*, got nan to nan"),
    ("shift(D[:, :3], 0, 0)", ValueError, "X must have square images as rows, .* got 3"),
    ("shift(D, 0.5, 0)", TypeError, "dx must hold whole numbers of pixels, got dtype float64"),
    ("shift(D, True, 0)", TypeError, "dx must hold whole numbers of pixels, got dtype bool"),
    ("shift(D, [1, 0], 0)", ValueError, r"dx must be one number or 4, got shape \(2,\)"),
    ("shift(D, 0, -3)", ValueError, "dy must lie in -2 to 2, got -3"),
    ("random_shifts(-D, 1, rng)", ValueError, "X must lie in 0"),
    ("random_shifts(D, 1.5, rng)", TypeError, "pixels must be a whole number, got float 1.5"),
    ("random_shifts(D, -1, rng)", ValueError, "pixels must be at least 0, got -1"),
    ("random_shifts(D, 3, rng)", ValueError, "pixels must be at most 2, got 3"),
    ("bilinear(D, D[0], D)", ValueError, r"x must have X's shape \(4, 4\), got \(4,\)"),
    ("bilinear(D, D, D[:, :3])", ValueError, r"y must have X's shape \(4, 4\), got \(4, 3\)"),
    ("bilinear(D, D, 1.0)", TypeError, "y must be a NumPy array, got float 1.0"),
    ("bilinear(D, D * np.inf, D)", ValueError, "x must be finite"),
    ("affine_maps(90.0, D, D, D)", TypeError, "rotation must be a NumPy array, got float 90.0"),
    ("affine_maps(D, D, D[0], D)", ValueError, r"rotation must have shape \(4,\), got \(4, 4\)"),
    ("affine_maps(D[0], D, D[0], D[:, :2])", ValueError,
     r"scale must have shape \(4, 2\), got \(4, 4\)"),
    ("affine_maps(D[0], D[:, :2], D[0], D)", ValueError, r"shift must have shape \(4, 2\)"),
    ("affine_maps(D[0], D[:, :2], D, D)", ValueError, r"shear must have shape \(4,\)"),
    ("affine_maps(np.inf * D[0], D[:, :2], D[0], D[:, :2])", ValueError, "rotation must be finite"),
    ("smooth_bumps(28.0, 4)", TypeError, "side must be a whole number, got float 28.0"),
    ("smooth_bumps(28, 0.5)", ValueError, "smoothness must be at least 1 pixel, got 0.5"),
    ("random_warps(D, 0)", TypeError, "rng must be a generator"),
    ("random_warps(D, rng, rotation=-1)", ValueError, "rotation must be at least 0 .* got -1"),
    ("random_warps(D, rng, scale=1)", ValueError, "scale must be below 1, got 1"),
    ("random_warps(D, rng, shear='0')", TypeError, "shear must be a number, got str '0'"),
    ("random_warps(D, rng, shift=np.inf)", ValueError, "shift must be .* finite, got inf"),
    ("random_warps(D, rng, elastic=np.nan)", ValueError, "elastic must be .* finite, got nan"),
    # drawings, and a submission
    ("crop_to_ink([[1.0]])", TypeError, "ink must be a NumPy array"),
    ("crop_to_ink(X[0])", ValueError, "ink must have 2 dimension"),
    ("crop_to_ink(0 * X)", ValueError, "there is no ink"),
    ("center_digit(np.array([[0, 255]]))", ValueError, r"0 to 255; pass normalize\(ink\), wh"),
    ("center_digit(np.array([[0, 255, 255]]))", ValueError, r"light .*: pass 1 - normalize\(ink\)"),
    ("center_digit(np.array([[0, 256]]))", ValueError, "got 0 to 256$"),
    ("center_digit(np.array([[0, -0.5]]))", ValueError, "ink must lie in 0 .*, got -0.5 to 0"),
    ("center_of_mass(np.zeros((0, 3)))", ValueError, "image is empty"),
    ("resize(np.eye(3), 0, 2)", ValueError, "height must be at least 1, got 0"),
    ("resize(np.eye(3), 2, 2.5)", TypeError, "width must be a whole number"),
    ("place_by_mass(np.eye(29))", ValueError, r"\(29, 29\) does not fit into 28 by 28 pixels"),
    ("place_by_mass(np.eye(3), 3.0)", TypeError, "size must be a whole number"),
    ("write_submission('new.csv', Y)", ValueError, r"labels must be labels .* labels\.argmax"),
    ("write_submission('new.csv', y + 8)", ValueError, "labels must hold .* 0 to 9, got 8 to 10"),
    ("save_params('p.npz', [(p[0][0] * np.nan, p[0][1])])", ValueError, "W of layer 1 must be fin"),
    ("save_params('p.npz', p, optimizer=Adam)", TypeError, r"as Adam\(params\), got the class"),
    ("save_params('p.npz', p, optimizer='Adam')", TypeError, "optimizer must be an optimizer such"),
    ("save_params('p.npz', p, optimizer=Adam(p32))", ValueError, "this Adam was made for params"),
    ("load_optimizer('p.npz', Adam)", TypeError, "optimizer must be an optimizer such as Adam"),
    # finite differences
    ("numerical_gradients(0.5, p)", TypeError, "loss must be a function, got float 0.5"),
    ("numerical_gradients(sum, p32)", TypeError, r"need float64 .* initialize\(\.\.\., dtype="),
    ("numerical_gradients(sum, None)", TypeError, "params must be a non-empty list"),
    ("numerical_gradients(sum, p, h=0)", ValueError, "h must be positive"),
    ("as_pairs({'W1': X})", ValueError, "stands alone: each layer needs W and b"),
    ("check_gradients(loss(p), p, p)", TypeError, "loss must be a function, got float 0.0"),
    ("check_gradients(sum, p, None)", TypeError, "grads must be a non-empty list"),
    ("check_gradients(sum, p32, p32)", TypeError, "need float64 parameters, got float32"),
    ("check_gradients(loss, p, p, h=-1)", ValueError, "h must be positive"),
    ("check_gradients(loss, p, p[::-1])", ValueError, r"dW1 has shape .* return grads\[::-1\]"),
    ("check_gradients(loss, p[:1], p[1:])", ValueError, r"dW1 has shape .*, expected \(4, 5\)$"),
    ("check_gradients(loss, p, [(W.T, b) for W, b in p])", ValueError, r"of dW1\.T, transposed\?"),
    ("check_gradients(loss, p, [(W, b.sum()) for W, b in p])", ValueError, "over the units, too"),
    ("check_gradients(loss, p, [(W, b[None]) for W, b in p])", ValueError, "keepdims=True"),
    ("check_gradients(loss, p, [(p[0][0], np.ones((6, 5))), p[1]])", ValueError, "db1 .* not sum"),
    ("check_gradients(loss, p, [(p[0][0], np.ones(6)), p[1]])", ValueError, "the wrong axis"),
    ("check_gradients(loss, p, p, X=X)", ValueError, "X and Y go together"),
    ("check_gradients(loss, p, p, Y=Y)", ValueError, "X and Y go together"),
    ("check_gradients(loss, p, p, X=X[:, :3], Y=Y)", ValueError, "X has 3 columns"),
    ("check_gradients(loss, p, p, X=X, Y=y)", ValueError, "Y must be one-hot rows"),
    ("check_gradients(loss, p, p, X=X, Y=Y, hidden='step')", ValueError, "hidden must be one of"),
    ("check_gradients(loss, p, p, masks=[X])", ValueError, "masks belong to a batch"),
    ("check_gradients(loss, p, p, X=X, Y=Y, masks=[X])", ValueError, r"shapes \[\(6, 5\)\]"),
    ("check_gradients(loss, p, p[:1])", ValueError, "grads has 1 layer.*, params has 2"),
    ("check_gradients(loss, p[:1], p)", ValueError, "grads has 2 layer.*, params has 1"),
    ("check_gradients(sum, p, p, sample=0, rng=rng)", ValueError, "sample must be at least 1"),
    ("check_gradients(sum, p, p, sample=5)", TypeError, "rng must be a generator .* NoneType None"),
]  # fmt: skip


def names():
    """What the calls above use."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(6, 4)), np.array([0, 1, 2, 0, 1, 2])
    X[0, 0] = 0  # for X / 0
    p = helpers.initialize([4, 5, 3], rng=rng, dtype=np.float64)
    settings = {"learning_rate": 0.1, "batch_size": 2, "epochs": 1, "rng": rng}
    return {
        **{name: getattr(helpers, name) for name in helpers.__all__},
        "np": np,
        "rng": rng,
        "X": X,
        "y": y,
        "Y": np.eye(3)[y],
        "D": np.eye(4),
        "p": p,
        "p32": helpers.initialize([4, 5, 3], rng=rng),
        "cache": helpers.forward(X, p)[1],
        "loss": lambda params: 0.0,
        "s": {**settings, "progress": False},
    }


@pytest.mark.parametrize(("call", "error", "message"), BAD_CALLS, ids=[c[0] for c in BAD_CALLS])
def test_bad_input_is_refused_by_name(call, error, message):
    with np.errstate(all="ignore"), pytest.raises(error, match=message):
        eval(call, names())


# What a message advises is right when it is done

PICTURE = np.random.default_rng(0).random((28, 28)) ** 9  # mostly paper
SCAN = np.rint(255 * PICTURE).astype(np.uint8)
EXAMPLES = np.random.default_rng(0).random((6, 4))
CLASSES = np.array([0, 1, 2, 0, 1, 2])


@pytest.mark.parametrize(
    ("call", "value", "code", "right"),
    [
        ("predict(X, p)", pd.DataFrame(EXAMPLES), "np.asarray(X)", EXAMPLES),
        ("predict(X, p)", EXAMPLES.tolist(), "np.asarray(X)", EXAMPLES),
        ("predict(X, p)", EXAMPLES > 0.5, "X.astype(np.float32)", EXAMPLES > 0.5),
        ("predict(X, p)", EXAMPLES.astype(object), "X.astype(np.float32)", EXAMPLES),
        ("predict(X, p)", EXAMPLES.astype(str), "X.astype(np.float32)", EXAMPLES),
        ("predict(X, p)", EXAMPLES[0], "X[None, :]", EXAMPLES[:1]),
        ("predict(X, p)", EXAMPLES[0].reshape(2, 2), "X.reshape(1, -1)", EXAMPLES[:1]),
        ("predict(X, p)", EXAMPLES.reshape(6, 2, 2), "X.reshape(len(X), -1)", EXAMPLES),
        ("predict(X, p)", EXAMPLES.T, "X.T", EXAMPLES),
        ("one_hot(y)", CLASSES.tolist(), "np.asarray(y)", CLASSES),
        ("one_hot(y)", pd.Series(CLASSES), "np.asarray(y)", CLASSES),
        ("one_hot(y)", CLASSES.astype(float), "y.astype(int)", CLASSES),
        ("one_hot(y)", CLASSES.astype(str), "y.astype(int)", CLASSES),
        ("one_hot(y)", CLASSES.astype(str).astype(object), "y.astype(int)", CLASSES),
        ("one_hot(y)", CLASSES.astype(float).astype(str), "y.astype(float).astype(int)", CLASSES),
        ("one_hot(y)", CLASSES > 0, "y.astype(int)", CLASSES > 0),
        ("one_hot(y)", np.array(list("ABCABC")), "np.unique(y, return_inverse=True)[1]", CLASSES),
        ("one_hot(y)", CLASSES - 1, "np.unique(y, return_inverse=True)[1]", CLASSES),
        ("one_hot(y)", CLASSES[:, None], "y[:, 0]", CLASSES),
        ("one_hot(y)", CLASSES[None], "y[0]", CLASSES),
        ("one_hot(y)", np.eye(3)[CLASSES], "y.argmax(axis=1)", CLASSES),
        ("one_hot(y, classes=3)", CLASSES + 1, "y - 1", CLASSES),
        ("center_digit(ink)", SCAN, "normalize(ink)", PICTURE),
        ("center_digit(ink)", 255 - SCAN, "1 - normalize(ink)", PICTURE),
    ],
)  # fmt: skip
def test_the_advice_in_a_message_is_right(call, value, code, right):
    name = call.partition("(")[2].partition(",")[0].rstrip(")")
    known = names() | {name: value}
    with pytest.raises((TypeError, ValueError)) as refused:
        eval(call, known)
    assert re.search(rf"[:;] [a-z ]*{re.escape(code)}(,| |$)", str(refused.value))
    known[name] = eval(code, known)
    eval(call, known)
    np.testing.assert_allclose(known[name], right, atol=0.01)


def test_dark_ink_on_light_paper_brings_a_warning():
    with pytest.warns(UserWarning, match="ink is above 0.5 all along its edge: .* pass 1 - ink"):
        helpers.center_digit(1 - np.pad(PICTURE, 1))
    helpers.center_digit(np.pad(PICTURE, 1))  # warnings are errors
    helpers.center_digit(np.ones((20, 9)))  # a 1 that fills its rectangle


# Nothing is left out


def test_every_public_function_is_called_above():
    files = {"load_mnist", "load_idx", "read_idx", "load_params"}  # these have their own
    files |= {"kaggle_files", "load_kaggle", "load_kaggle_test", "read_image"}
    assert {call.partition("(")[0] for call, *_ in BAD_CALLS} == set(helpers.__all__) - files


def test_every_rule_is_broken_above_in_all_of_its_ways():
    rules, lines = set(), set()
    for call, error, _ in BAD_CALLS:
        with np.errstate(all="ignore"), pytest.raises(error) as refused:
            eval(call, names())
        *way, (last, line) = traceback.walk_tb(refused.tb)
        rules |= {f.f_locals.get("name") for f, _ in way if f.f_code.co_name == "door"}
        if last.f_code.co_filename == checks.__file__:
            lines.add(line)
    tree = ast.parse(inspect.getsource(checks))
    ways = [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    assert len(ways) > 40
    assert [w.lineno for w in ways if not lines & {*range(w.lineno, w.end_lineno + 1)}] == []
    assert checks.RULES.keys() - rules == set()


def doors():
    """Return the door of every public function and method that has one."""
    public = [getattr(helpers, name) for name in helpers.__all__]
    methods = [method for cls in public if inspect.isclass(cls) for method in vars(cls).values()]
    return [function for function in public + methods if hasattr(function, "door")]


def test_every_argument_has_a_rule():
    without = set()
    for door in doors():
        rules = dict(inspect.getclosurevars(door).nonlocals["rules"])
        without |= inspect.signature(door).parameters.keys() - rules.keys()
    # a switch may be anything; files and points see to theirs themselves
    assert without == {"progress", "nesterov", "path", "shape"}


# The door itself


def test_the_bare_function_is_what_stands_behind_the_door():
    assert checks.bare(helpers.relu) is network.relu
    optimizer = helpers.Adam([(np.zeros((1, 1)), np.zeros(1))])
    behind = checks.bare(optimizer.update)
    assert (behind.__func__, behind.__self__) == (optimizers.Adam.update, optimizer)


def test_a_wrapper_of_the_reader_is_no_door():
    @functools.wraps(helpers.update)
    def counting(*args):
        return helpers.update(*args)

    assert checks.bare(counting) is counting


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("relu()", r"^relu\(\) missing 1 required positional argument: 'Z'"),
        ("tanh()", r"^tanh\(\) missing"),  # which has the same check
        ("evaluate(X, y)", r"^evaluate\(\) missing .*'params'"),
        ("train(X, y, p, rng=rng)", r"^train\(\) missing .*'learning_rate', .*, and 'epochs'"),
        ("train(X, y, p, **s, lr=0.1)", r"^train\(\) got an unexpected keyword argument 'lr'"),
        ("update(p, p, 0.1, 0.9)", r"^update\(\) takes 3 positional arguments but 4 were given"),
    ],
)
def test_a_call_that_does_not_fit_names_the_public_function(call, message):
    with pytest.raises(TypeError, match=message):
        eval(call, names())


def test_a_rule_may_replace_an_argument_for_all_that_follows():
    seen = []

    def function(steps, X, *, rng=None):
        X[:] = 0
        return X, rng

    own = {
        "steps": lambda steps, name, given: 7,
        "X": lambda X, name, given: seen.append((name, given["steps"])) or X.copy(),
        "rng": lambda rng, name, given: pytest.fail("None is its default"),
    }
    X = np.ones(3)
    for call in (lambda door: door(1, X)), (lambda door: door(X=X, steps=1, rng=None)):
        got, rng = call(guarded(function, **own))
        assert (got.tolist(), rng, X.tolist()) == ([0, 0, 0], None, [1, 1, 1])
    assert seen == [("X", 7), ("X", 7)]


# Raw pixels


@pytest.mark.parametrize("call", ["forward(X, p)", "evaluate(X, y, p)", "train(X, y, p, **s)"])
@pytest.mark.filterwarnings("ignore:after training, the")
def test_raw_pixels_bring_a_warning_that_points_to_the_call(call):
    known = names()
    known["X"] = np.linspace(0, 255, 24).reshape(6, 4)
    with pytest.warns(UserWarning, match="X has values up to 255: .*normalize") as warnings:
        eval(compile(call, "the reader's cell", "eval"), known)
    assert warnings[0].filename == "the reader's cell"


@pytest.mark.parametrize("numbers", [[0.0, 1.0], [0.0, 99.0], [0.0, 256.0], [-1.0, 200.0]])
def test_values_that_are_no_raw_pixels_bring_no_warning(numbers):
    checks.check_examples(np.array([numbers]))  # warnings are errors


def test_infinite_labels_are_refused_without_a_warning():
    with pytest.raises(ValueError, match="y must be finite"):  # warnings are errors here
        checks.check_labels(np.array([0, np.inf]))


# How X lies in memory

M, N = 40, 16  # images of 4 by 4 pixels
USED = np.random.default_rng(0).permutation(N)


def laid_out():
    """Return the same numbers in different places, each as a view of what it was cut out of."""
    # a product of such numbers is exact, in whatever order a library adds
    X = np.random.default_rng(0).integers(0, 5, (M, N)) / 4
    wide, tall = np.zeros((M, 2 * N)), np.zeros((2 * M, N))
    whole = np.empty((M, N))
    whole[:, USED] = X
    wide[:, ::2], tall[::2] = X, X
    kinds = {
        "row order": X,
        "Fortran order": np.asfortranarray(X),
        "X[:, used]": whole[:, USED],
        "X[::2]": tall[::2],
        "X[:, ::2]": wide[:, ::2],
        "X[:, :n]": np.hstack([X, X])[:, :N],
    }
    for cut in kinds.values():
        np.testing.assert_array_equal(cut, X)
        cut.flags.writeable = False
    return kinds


LAYOUTS = list(laid_out())
ROWS = {"Fortran order", "X[:, used]", "X[:, ::2]"}  # are copied by those who draw single rows
PRODUCT = {"X[:, ::2]"}  # by those who multiply, too; an augmentation copies a few at a time anyway
COPIED = {"train": ROWS, "minibatches": ROWS, "train_dev_split": ROWS}
COPIED |= {"predict": PRODUCT, "evaluate": PRODUCT}


def network_of(rng):
    return [
        (np.round(8 * W) / 8, b) for W, b in helpers.initialize([N, 5, 3], rng=rng, dtype=float)
    ]


def calls(X, y):
    """Return what each function that takes X makes of it."""
    params, trained = (network_of(np.random.default_rng(1)) for _ in range(2))
    rng = np.random.default_rng(2)
    settings = {"learning_rate": 0.1, "batch_size": 8, "epochs": 2, "progress": False}
    x = np.linspace(-1, 4, M * N).reshape(M, N)
    return {
        "train": lambda: helpers.train(X, y, trained, **settings, rng=rng) is None or trained,
        "minibatches": lambda: list(helpers.minibatches(X, y, 8, rng)),
        "train_dev_split": lambda: helpers.train_dev_split(X, y, 10, rng),
        "random_shifts": lambda: helpers.random_shifts(X, 2, rng),
        "random_warps": lambda: helpers.random_warps(X, rng),
        "predict": lambda: helpers.predict(X, params),
        "evaluate": lambda: helpers.evaluate(X, y, params),
        "shift": lambda: helpers.shift(X, 1, -2),
        "bilinear": lambda: helpers.bilinear(X, x, x.T.reshape(M, N)),
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore:after training, the")
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", calls(None, None))
def test_x_may_lie_in_memory_as_it_likes(name, layout, monkeypatch):
    y, kinds, copies = np.arange(M) % 3, laid_out(), []
    expected = calls(kinds["row order"], y)[name]()
    copy = np.ascontiguousarray
    monkeypatch.setattr(np, "ascontiguousarray", lambda X: copies.append(X) or copy(X))
    X = kinds[layout]
    before, strides = X.copy(), X.strides
    np.testing.assert_equal(calls(X, y)[name](), expected)
    assert len(copies) == (layout in COPIED.get(name, {}))
    np.testing.assert_array_equal(X, before)
    assert (X.strides, X.flags.writeable) == (strides, False)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_x_is_copied_only_where_neither_rows_nor_columns_are_in_one_piece(layout):
    X = laid_out()[layout]
    _, cache = helpers.forward(X, network_of(np.random.default_rng(1)))
    assert np.shares_memory(cache.A[0], X) == (layout not in PRODUCT)
    assert cache.A[0].strides[-1] == 8 or layout in ("Fortran order", "X[:, used]")
