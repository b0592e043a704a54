"""Checks a trace or a drawing of conorm-run --profile, and says what it holds.

usage: profile.py FILE.json|FILE.svg
"""

import collections
import json
import sys
import xml.etree.ElementTree


def check_trace(path):
    """Operations of a rank follow each other, within the rank's call."""
    with open(path) as file:
        events = json.load(file)["traceEvents"]
    names = {event["pid"]: event["args"]["name"] for event in events
             if event["name"] == "process_name"}
    lanes = collections.defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            lanes[event["pid"], event["tid"]].append(event)
    for (process, rank), lane in sorted(lanes.items()):
        call, operations = lane[0], lane[1:]
        assert call["cat"] == "call", call
        at = call["ts"]
        for operation in operations:
            assert operation["ts"] >= at - 1e-3, (at, operation)
            assert operation["dur"] > 0, operation
            at = operation["ts"] + operation["dur"]
        assert at <= call["ts"] + call["dur"] + 1e-3, (at, call)
        print("%s, rank %d:" % (names[process], rank),
              ", ".join("%s %s at %s" % (operation["cat"], operation["name"],
                                         operation["args"]["site"])
                        for operation in operations))


def check_drawing(path):
    """All that is drawn lies within the picture."""
    root = xml.etree.ElementTree.parse(path).getroot()
    space = "{http://www.w3.org/2000/svg}"
    width, height = float(root.get("width")), float(root.get("height"))
    for box in root.iter(space + "rect"):
        x = float(box.get("x", 0)) + float(box.get("width"))
        y = float(box.get("y", 0)) + float(box.get("height"))
        assert x <= width and y <= height, box.attrib
        for title in box.iter(space + "title"):
            print("y %s:" % box.get("y"), title.text)
    for text in root.iter(space + "text"):
        print("text:", text.text)


(check_trace if sys.argv[1].endswith(".json") else check_drawing)(sys.argv[1])
