"""Accuracy, confusion matrix, precision and recall, against cases counted by hand."""

import numpy as np
import pytest

from helpers import accuracy, confusion_matrix, precision_recall

Y_TRUE = np.array([0, 0, 0, 1, 1, 2])
Y_PRED = np.array([0, 0, 1, 1, 2, 2])


def test_accuracy_is_the_fraction_that_is_right():
    assert accuracy(Y_TRUE, Y_PRED) == pytest.approx(4 / 6)


def test_rows_are_true_classes_and_columns_predicted_ones():
    counts = confusion_matrix(Y_TRUE, Y_PRED, classes=3)
    assert counts.tolist() == [[2, 1, 0], [0, 1, 1], [0, 0, 1]]


def test_a_class_that_never_occurs_has_its_row_and_column():
    counts = confusion_matrix(Y_TRUE, Y_PRED)  # 10 classes
    assert counts.shape == (10, 10)
    assert counts.sum() == counts[:3, :3].sum() == 6


def test_labels_of_one_byte_do_not_overflow():
    labels = np.arange(20, dtype=np.uint8)
    np.testing.assert_array_equal(confusion_matrix(labels, labels, classes=20), np.eye(20))


def test_precision_is_by_column_and_recall_by_row():
    precision, recall = precision_recall(confusion_matrix(Y_TRUE, Y_PRED, classes=3))
    np.testing.assert_allclose(precision, [1, 1 / 2, 1 / 2])
    np.testing.assert_allclose(recall, [2 / 3, 1 / 2, 1])


def test_a_class_that_is_never_predicted_has_no_precision():
    precision, recall = precision_recall(np.array([[3, 0], [2, 0]]))
    np.testing.assert_allclose(precision, [0.6, np.nan])
    np.testing.assert_allclose(recall, [1, 0])
