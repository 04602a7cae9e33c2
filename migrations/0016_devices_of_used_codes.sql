-- The device that used a code. If its answer was lost, it sends the code again and gets the same answer. Without a foreign
-- key: a device may be unlinked before its code is deleted, and no later device has its id.
ALTER TABLE link_codes ADD COLUMN used_by BIGINT;
