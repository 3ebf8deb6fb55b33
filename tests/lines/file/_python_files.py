"""Writes lines as syncstream's LineFileBuffer does, and reads them.

One file an item, NAME-0.log being the newest; all get the next number when one
is added. The lock on NAME.lock is of the kind that Python's libraries take.

python3 _python_files.py NAME MAXLEN write TEXT...
python3 _python_files.py NAME MAXLEN read
"""

import fcntl
import json
import os
import sys

name, maxlen, verb, texts = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]


def path(number):
    return f"{name}-{number}.log"


def count():
    number = 0
    while number < maxlen and os.path.exists(path(number)):
        number += 1
    return number


def add(text):
    for number in reversed(range(min(count(), maxlen - 1))):
        os.replace(path(number), path(number + 1))
    with open(path(0), "w", encoding="utf-8") as file:
        file.write(text)


def read():
    items = []
    for number in reversed(range(count())):
        with open(path(number), encoding="utf-8") as file:
            items.append(file.read())
    return items


with open(f"{name}.lock", "a+") as lock:
    if verb == "read":
        fcntl.lockf(lock, fcntl.LOCK_SH)
        print(json.dumps(read()))
    for text in texts:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        add(text)
        fcntl.lockf(lock, fcntl.LOCK_UN)
