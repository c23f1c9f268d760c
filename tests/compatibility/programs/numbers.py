# The packages that sessions are used for, each with some work in its compiled parts.
import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import polars as pl
import scipy.optimize
import sympy
from PIL import Image
from sklearn.linear_model import LinearRegression

matrix = np.random.default_rng(1).normal(size=(200, 200))
assert np.allclose(np.linalg.inv(matrix) @ matrix, np.eye(200), atol=1e-6)
np.save("/mnt/data/matrix.npy", matrix)
assert np.load("/mnt/data/matrix.npy", mmap_mode="r").shape == (200, 200)

frame = pd.DataFrame({"key": list("abab") * 100, "value": range(400)})
frame.to_csv("/mnt/data/frame.csv")
assert pd.read_csv("/mnt/data/frame.csv").groupby("key").value.sum()["a"] == 39800
frame.to_parquet("/mnt/data/frame.parquet")
assert pd.read_parquet("/mnt/data/frame.parquet").equals(frame)

lazy = pl.scan_csv("/mnt/data/frame.csv").group_by("key").agg(pl.col("value").max())
assert lazy.collect().sort("key")["value"].to_list() == [398, 399]
assert sympy.integrate(sympy.Symbol("x") ** 2, (sympy.Symbol("x"), 0, 3)) == 9
assert abs(scipy.optimize.brentq(lambda x: x * x - 2, 0, 2) - 2**0.5) < 1e-9
assert LinearRegression().fit([[0], [1], [2]], [0, 2, 4]).predict([[3]]).round(6) == 6

figure, axes = plt.subplots()
axes.plot(range(10))
image_file = io.BytesIO()
figure.savefig(image_file, format="png")
plt.close(figure)
image = Image.open(image_file).convert("L").resize((32, 32))
image.save("/mnt/data/image.webp")
assert Image.open("/mnt/data/image.webp").size == (32, 32)
"done"
