"""Trains pump-anomaly: how much do a loop's features look like a valve that closes?

    node examples/pump-loop/training-data.ts > readings.csv
    pip install -r examples/pump-loop/requirements.txt
    python examples/pump-loop/train.py readings.csv examples/pump-loop/pump-anomaly.onnx

The features are those of valve-watch.siddhi: a 15 s mean of each sensor, against the mean of that over five minutes.
They are relative to the loop itself, so one model serves small pumps and large ones.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from onnx import checker, helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import GradientBoostingRegressor

RATIOS = ["flow", "vibration1", "vibration2", "current"]
DIFFERENCES = ["pressure", "temperature", "thermocouple"]
COLUMNS = [f"{name}Shift" for name in RATIOS + DIFFERENCES]

# A closing counts once it takes this share of the flow away; what lies between this and nothing teaches neither.
CLOSING, OPEN = 0.022, 0.002


def features(readings: pd.DataFrame) -> pd.DataFrame:
    """The features of one loop, indexed by time: what the queries `smooth` and `compare` of the rule select."""
    sensors = readings[RATIOS + DIFFERENCES]
    smooth = sensors.rolling("15s").mean()
    usual = smooth.rolling("300s").mean()
    shifts = {f"{name}Shift": smooth[name] / usual[name] - 1 for name in RATIOS}
    shifts |= {f"{name}Shift": smooth[name] - usual[name] for name in DIFFERENCES}
    return pd.DataFrame(shifts)[COLUMNS]


def training_set(path: str) -> tuple[np.ndarray, np.ndarray]:
    rows, labels = [], []
    readings = pd.read_csv(path)
    readings.index = pd.to_datetime(readings["at"], unit="ms")
    for _, loop in readings.groupby("loop", sort=False):
        shifts = features(loop)
        smooth_loss = loop["loss"].rolling("15s").mean()
        usual_loss = smooth_loss.rolling("300s").mean()
        # What can be seen is the loss against the loop's own last minutes, so that is what the label says.
        seen = smooth_loss - usual_loss
        keep = (seen > CLOSING) | (smooth_loss < OPEN)
        # Neighbouring readings share nearly all of their windows: one a second is enough.
        every = max(1, round(len(loop) / 900))
        rows.append(shifts[keep].iloc[20::every])
        labels.append((seen[keep] > CLOSING).iloc[20::every])
    return pd.concat(rows).to_numpy(np.float32), pd.concat(labels).to_numpy(np.float32)


def main(readings_path: str, model_path: str) -> None:
    x, y = training_set(readings_path)
    model = GradientBoostingRegressor(n_estimators=60, max_depth=3, learning_rate=0.15, subsample=0.5, random_state=7)
    model.fit(x, y)
    onnx_model = to_onnx(model, initial_types=[("features", FloatTensorType([None, len(COLUMNS)]))], target_opset=17)
    rename_output(onnx_model, "score")
    for key, value in {"columns": ",".join(COLUMNS), "trained_on": "simulated pump loops"}.items():
        entry = onnx_model.metadata_props.add()
        entry.key, entry.value = key, value
    checker.check_model(onnx_model)
    Path(model_path).write_bytes(onnx_model.SerializeToString())
    record_scores(model, x, y, Path(model_path).with_suffix(".scores.json"))


def rename_output(onnx_model, name: str) -> None:
    """The one output gets the name that rules see as an attribute."""
    (output,) = onnx_model.graph.output
    for node in onnx_model.graph.node:
        for index, wire in enumerate(node.output):
            if wire == output.name:
                node.output[index] = name
    output.CopyFrom(helper.make_tensor_value_info(name, output.type.tensor_type.elem_type, [None, 1]))


def record_scores(model, x: np.ndarray, y: np.ndarray, path: Path) -> None:
    """Some rows of either kind with the scores that scikit-learn gives them, for the test of the exported file."""
    chosen = np.concatenate([np.flatnonzero(y == 0)[::2000], np.flatnonzero(y == 1)[::800]])
    rows = [[round(float(value), 6) for value in row] for row in x[chosen]]
    scores = model.predict(np.array(rows, dtype=np.float32))
    path.write_text(json.dumps({"columns": COLUMNS, "rows": rows, "scores": [round(float(s), 6) for s in scores]}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
