"""Parameter updates (chapter 05)."""

from .validation import check_grads, check_learning_rate, check_params, checked


def _check_update(params, grads, learning_rate):
    check_params(params)
    check_grads(grads)
    check_learning_rate(learning_rate, params)
    shapes = [[array.shape for array in pair] for pair in params]
    grad_shapes = [[array.shape for array in pair] for pair in grads]
    if shapes != grad_shapes:
        raise ValueError(f"grads have shapes {grad_shapes}, params have {shapes}")


@checked(_check_update)
def update(params, grads, learning_rate):
    """Take one step of gradient descent, in place.

    Eqs. (5.2), (5.3).

    Parameters
    ----------
    params : list of (W, b)
        Changed in place: W ← W - α dW, b ← b - α db.
    grads : list of (dW, db)
        From `backward`; same shapes as `params`. Not changed.
    learning_rate : float
        The step size α, positive.

    Examples
    --------
    >>> params, grads = [(np.ones((1, 1)), np.zeros(1))], [(np.full((1, 1), 4.0), np.ones(1))]
    >>> update(params, grads, learning_rate=0.25)
    >>> params
    [(array([[0.]]), array([-0.25]))]
    """
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        W -= learning_rate * dW
        b -= learning_rate * db
