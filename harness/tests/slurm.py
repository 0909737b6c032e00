# SPDX-License-Identifier: MIT
"""A Slurm of one node, of real daemons (munged, slurmctld, slurmd), in a folder, for one test."""

import contextlib
import os
import pathlib
import secrets
import shutil
import socket
import subprocess
import time

DAEMONS = ("munged", "slurmctld", "slurmd", "sbatch", "scontrol")
UP_S = 60

CONF = """\
ClusterName=deadpeer
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ctld}
SlurmdPort={d}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SchedulerType=sched/builtin
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobRequeue=1
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=500 State=UNKNOWN
PartitionName=lab Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def missing():
    """Why there can be no Slurm here; "" where it can."""
    gone = [name for name in DAEMONS if not shutil.which(name, path=path())]
    if gone:
        return f"no {', '.join(gone)}; apt-get install slurmctld slurmd slurm-client munge"
    return "" if os.geteuid() == 0 else "its daemons take root"


def path():
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Slurm:
    """Commands of the cluster; its jobs run in @folder."""

    def __init__(self, folder):
        self.folder = folder
        self.env = {"PATH": path(), "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C.UTF-8",
                    "SLURM_CONF": str(folder / "slurm.conf")}
        self.daemons = []

    def run(self, *argv):
        done = subprocess.run([str(a) for a in argv], cwd=self.folder, env=self.env, timeout=60,
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}{self.logs()}"
        return done.stdout

    def logs(self):
        return "".join(f"\n{p.name}:\n{p.read_text(errors='replace')[-2000:]}"
                       for p in self.folder.glob("*.log"))

    def start(self, *argv):
        self.daemons.append(subprocess.Popen([str(a) for a in argv], env=self.env, cwd=self.folder,
                                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                             stderr=subprocess.DEVNULL))

    def wait(self, what, holds):
        """Asks until @holds(); a cluster tells nobody by itself."""
        end = time.monotonic() + UP_S
        while not holds():
            assert time.monotonic() < end, f"no {what} within {UP_S} s{self.logs()}"
            time.sleep(0.1)

    def up(self):
        host = socket.gethostname().split(".")[0]
        folder = self.folder
        (folder / "state").mkdir()
        (folder / "spool").mkdir()
        key = folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o400)
        (folder / "slurm.conf").write_text(CONF.format(host=host, folder=folder, ctld=free_port(),
                                                       d=free_port()))
        self.start("munged", "--foreground", "--force", "--key-file", key,
                   "--socket", folder / "munge.socket", "--pid-file", folder / "munged.pid",
                   "--log-file", folder / "munged.log", "--seed-file", folder / "munged.seed")
        self.wait("munge socket", (folder / "munge.socket").exists)
        self.start("slurmctld", "-D")
        self.start("slurmd", "-D", "-N", host)
        self.wait("idle node", lambda: "idle" in self.nodes())

    def nodes(self):
        done = subprocess.run(["sinfo", "-h", "-o", "%T"], env=self.env, capture_output=True,
                              text=True, timeout=60, check=False)
        return done.stdout

    def down(self):
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in self.daemons:
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def jobs(self):
        """What is queued or running: its state, and why it waits."""
        return self.run("squeue", "-h", "-o", "%i %T %r").splitlines()


@contextlib.contextmanager
def cluster(folder):
    # A socket's path is short (sun_path, 108 bytes), and munge wants a folder that is only its own.
    short = pathlib.Path(f"/tmp/deadpeer-slurm-{secrets.token_hex(4)}")
    short.mkdir(mode=0o755)
    slurm = Slurm(short)
    try:
        slurm.up()
        yield slurm
    finally:
        slurm.down()
        shutil.rmtree(short)
