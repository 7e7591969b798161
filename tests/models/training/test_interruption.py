from __future__ import annotations

import os
import signal
import threading

import pytest

from objects_that_sound.models.training.interruption import Interruption


def test_the_first_ctrl_c_is_noted_and_the_second_interrupts():
    with Interruption() as interruption:
        os.kill(os.getpid(), signal.SIGINT)
        assert interruption.asked
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_in_another_thread_nothing_is_changed():
    asked = []

    def run():
        with Interruption() as interruption:
            asked.append(interruption.asked)

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert asked == [False]
    assert signal.getsignal(signal.SIGINT) is before


def test_sigterm_is_noted_and_does_its_work_at_the_end():
    ended = []
    before = signal.signal(signal.SIGTERM, lambda number, _: ended.append(number))
    try:
        with pytest.raises(KeyboardInterrupt), Interruption() as interruption:
            os.kill(os.getpid(), signal.SIGTERM)
            assert interruption.asked and not ended
            raise KeyboardInterrupt  # as the training does, when it has kept a checkpoint
        assert ended == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)
