from typing import Any

import numpy as np

def fold_samples(
    samples: np.ndarray[Any, np.dtype[np.void]], since_ns: int
) -> np.ndarray[tuple[()], np.dtype[np.void]]: ...
def merge_folds(
    earlier: np.ndarray[Any, np.dtype[np.void]] | np.void,
    later: np.ndarray[Any, np.dtype[np.void]] | np.void,
) -> np.ndarray[tuple[()], np.dtype[np.void]]: ...
