"""How good the predictions are (chapter 07)."""

import numpy as np


def accuracy(y_true, y_pred):
    """The fraction of labels that were predicted right. Eq. (1.5)."""
    return float(np.mean(y_true == y_pred))


def confusion_matrix(y_true, y_pred, classes=10):
    """Entry (i, j) counts the examples of class i that were predicted as class j. Eq. (7.1).

    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), classes=2)
    array([[1, 1],
           [0, 1]])
    """
    C = np.zeros((classes, classes), dtype=int)
    np.add.at(C, (y_true, y_pred), 1)  # C[i, j] += 1 for each pair, also where pairs repeat
    return C


def precision_recall(confusion):
    """Precision and recall of each class, NaN where there are no examples. Eqs. (7.2), (7.3).

    >>> precision_recall(np.array([[3, 1], [0, 4]]))
    (array([1. , 0.8]), array([0.75, 1.  ]))
    """
    found = np.diag(confusion)
    with np.errstate(invalid="ignore"):  # 0 / 0 is NaN: undefined, and said so
        return found / confusion.sum(axis=0), found / confusion.sum(axis=1)
