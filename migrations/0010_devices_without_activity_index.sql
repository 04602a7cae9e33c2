-- Nothing looks for devices by when they were last active across users: cleanup walks users by number. The index cost an
-- entry for each minute in which a device was seen, and kept the update of its row from staying on its page.
DROP INDEX devices_by_activity;
