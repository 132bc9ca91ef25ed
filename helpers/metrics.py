"""How good the predictions are (chapter 07)."""

import numpy as np

from .validation import check_array, check_count, check_finite, check_labels, checked


def _check_pair(y_true, y_pred):
    check_labels(y_true, name="y_true")
    check_labels(y_pred, m=len(y_true), name="y_pred")


def _check_confusion(y_true, y_pred, classes=10):
    check_count(classes, "classes")
    check_labels(y_true, classes=classes, name="y_true")
    check_labels(y_pred, m=len(y_true), classes=classes, name="y_pred")


def _check_counts(confusion):
    check_array(confusion, "confusion", ndim=2)
    if confusion.shape[0] != confusion.shape[1]:
        raise ValueError(f"confusion must be square, got shape {confusion.shape}")
    low, _ = check_finite(confusion, "confusion")
    if low < 0:
        raise ValueError(f"confusion must hold counts, got {low}")


@checked(_check_pair)
def accuracy(y_true, y_pred):
    """The fraction of labels that were predicted right.

    Eq. (1.5).

    Parameters
    ----------
    y_true, y_pred : ndarray of int, shape (m,)
        True and predicted labels.

    Returns
    -------
    float
        In [0, 1].

    Examples
    --------
    >>> accuracy(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 0]))
    0.75
    """
    return float(np.mean(y_true == y_pred))


@checked(_check_confusion)
def confusion_matrix(y_true, y_pred, classes=10):
    """Count how often each true class was predicted as each class.

    Eq. (7.1).

    Parameters
    ----------
    y_true, y_pred : ndarray of int, shape (m,)
        True and predicted labels.
    classes : int
        Number of classes.

    Returns
    -------
    ndarray of int, shape (classes, classes)
        Entry (i, j): examples of true class i that were predicted as class j.

    Examples
    --------
    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), classes=2)
    array([[1, 1],
           [0, 1]])
    """
    counts = np.bincount(classes * y_true.astype(np.int64) + y_pred, minlength=classes**2)
    return counts.reshape(classes, classes)


@checked(_check_counts)
def precision_recall(confusion):
    """Precision and recall of each class.

    Eqs. (7.2), (7.3).

    Parameters
    ----------
    confusion : ndarray, shape (classes, classes)
        From `confusion_matrix`.

    Returns
    -------
    precision : ndarray, shape (classes,)
        Of the examples predicted as the class, the fraction that are. NaN if there are none.
    recall : ndarray, shape (classes,)
        Of the examples of the class, the fraction that were found. NaN if there are none.

    Examples
    --------
    >>> precision, recall = precision_recall(np.array([[3, 1], [0, 4]]))
    >>> precision, recall
    (array([1. , 0.8]), array([0.75, 1.  ]))
    """
    found = np.diag(confusion)
    with np.errstate(invalid="ignore"):  # 0 / 0 is NaN: undefined, and said so
        return found / confusion.sum(axis=0), found / confusion.sum(axis=1)
