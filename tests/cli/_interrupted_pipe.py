"""Runs `PRODUCER | COMMAND` in a terminal of its own, again and again, and
presses Ctrl-C once the producer has written. Prints the exit code of COMMAND
and the milliseconds before Ctrl-C, a line a round.

With "ends" the producer ends by itself, at about the time of Ctrl-C; "N" in
COMMAND is the number of the round.

Usage: _interrupted_pipe.py ROUNDS SEED stays|ends PRODUCED COMMAND...
"""
import fcntl, json, os, random, signal, subprocess, sys, termios, time

rounds, seed, end, produced, *command = sys.argv[1:]
random.seed(int(seed))

# As most programs do, it ends at once when SIGINT comes.
PRODUCER = """
import os, sys, signal, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
text = sys.argv[1].encode()
while text: text = text[os.write(1, text):]
os.write(2, b"written\\n")
if sys.argv[2] == "stays": signal.pause()
time.sleep(float(sys.argv[2]))
"""


def in_foreground():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def one_round(number):
    wait = random.choice([0.25, 0.35, 0.45, 0.6]) + random.random() * 0.05
    ending = end if end == "stays" else str(wait + random.random() * 0.2 - 0.2)
    master, slave = os.openpty()
    leader = os.fork()
    if leader == 0:
        os.close(master)
        os.dup2(slave, 0)
        in_foreground()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        default = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
        producer = subprocess.Popen(
            [sys.executable, "-c", PRODUCER, produced, ending],
            stdout=subprocess.PIPE, stderr=slave, preexec_fn=default)
        consumer = subprocess.Popen(
            [word.replace("N", str(number)) for word in command], stdin=producer.stdout, stdout=slave, stderr=slave,
            preexec_fn=default)
        producer.stdout.close()
        code = consumer.wait()
        producer.kill()
        producer.wait()
        os._exit(code if code >= 0 else 128 - code)
    os.close(slave)
    seen = b""
    while b"written" not in seen:
        seen += os.read(master, 4096)
    # The command may still be starting, or has read all.
    time.sleep(wait)
    os.write(master, b"\x03")
    try:
        while os.read(master, 4096):
            pass
    except OSError:
        pass
    _, status = os.waitpid(leader, 0)
    os.close(master)
    return os.waitstatus_to_exitcode(status), round(wait * 1000)


for number in range(int(rounds)):
    print(json.dumps(one_round(number)), flush=True)
