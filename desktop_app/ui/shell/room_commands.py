"""The commands of all workspaces, and the desks behind them, tied together."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from desktop_app.ui.blend.blend_room import BlendRoom
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.explain.explain_room import ExplainRoom
from desktop_app.ui.restore.restore_room import RestoreRoom
from desktop_app.ui.sample.sample_room import SampleRoom
from desktop_app.ui.shell.blend_commands import BlendCommands
from desktop_app.ui.shell.blend_desk import BlendDesk
from desktop_app.ui.shell.breeding_commands import BreedingCommands
from desktop_app.ui.shell.desk import Desk
from desktop_app.ui.shell.explain_commands import ExplainCommands
from desktop_app.ui.shell.explain_desk import ExplainDesk
from desktop_app.ui.shell.icon_look_commands import IconLookCommands
from desktop_app.ui.shell.prompt_commands import PromptCommands
from desktop_app.ui.shell.restore_commands import RestoreCommands
from desktop_app.ui.shell.restore_desk import RestoreDesk
from desktop_app.ui.shell.sample_commands import SampleCommands
from desktop_app.ui.shell.workspaces import BLEND, Workspaces
from desktop_app.ui.shell.write_commands import WriteCommands
from desktop_app.ui.shell.write_desk import WriteDesk
from desktop_app.ui.write.write_room import WriteRoom

Slots = dict[str, Callable[[], object]]


class RoomCommands(QObject):
    def __init__(
        self,
        rooms: Workspaces,
        sample: SampleRoom,
        blend: BlendRoom,
        restore: RestoreRoom,
        write: WriteRoom,
        explain: ExplainRoom,
        desk: Desk,
        bridge: QueueBridge,
    ) -> None:
        super().__init__(rooms)
        self.blend_desk, self.restore_desk = BlendDesk(desk, self), RestoreDesk(desk, self)
        self.write_desk, self.explain_desk = WriteDesk(desk, self), ExplainDesk(desk, bridge, sample.store, self)
        self.blend_desk.go_there = partial(rooms.go_to, BLEND)
        self.sample = SampleCommands(sample, desk, self.blend_desk, self)
        self.prompt = PromptCommands(sample, desk, bridge, self)
        self.icon_look = IconLookCommands(sample, desk, self)
        self.breeding = BreedingCommands(sample, desk, bridge, self)
        self.blend = BlendCommands(blend, desk, self.blend_desk, self)
        self.restore = RestoreCommands(restore, rooms, desk, self.restore_desk)
        self.write = WriteCommands(write, desk, self.write_desk)
        self.explain = ExplainCommands(explain, rooms, desk, self.explain_desk)

    @property
    def offering(self) -> tuple[BlendDesk | BreedingCommands | ExplainDesk | SampleCommands | PromptCommands, ...]:
        """All that make an Offer now and then."""
        return self.blend_desk, self.explain_desk, self.sample, self.breeding, self.prompt

    def slots(self, shared: Slots) -> Slots:
        """With those that all workspaces share; where one of them means another thing by one, it is asked first."""
        slots: Slots = dict(shared)
        for own in (
            self.sample,
            self.prompt,
            self.icon_look,
            self.breeding,
            self.blend,
            self.restore,
            self.write,
            self.explain,
        ):
            slots |= own.slots()
        slots |= self.breeding.instead(slots)
        slots |= self.restore.instead(slots)
        return slots | self.explain.instead(slots)
