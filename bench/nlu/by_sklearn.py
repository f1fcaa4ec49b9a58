"""scikit-learn on one task: `python -m bench.nlu.by_sklearn FOLDER (svc | logistic)`. TF-IDF and a linear model."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from bench.nlu.engine import KEPT, Read, Task, run

MODELS = {
    "svc": LinearSVC(class_weight="balanced"),
    "logistic": LogisticRegression(C=10, max_iter=1000, class_weight="balanced"),
}


def learn(task: Task) -> Read:
    """Return a reader of words and pairs of them, and of pieces of words of 2 to 5 signs."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    texts, intents = zip(*task.train, strict=True)
    model = make_pipeline(make_union(words, pieces), MODELS[sys.argv[2]]).fit(texts, intents)
    classes = model.classes_

    def read(text: str) -> Sequence[str]:
        scores = model.decision_function([text])[0]
        return [str(classes[number]) for number in np.argsort(-scores)[:KEPT]]

    return read


if __name__ == "__main__":
    run(Path(sys.argv[1]), learn)
