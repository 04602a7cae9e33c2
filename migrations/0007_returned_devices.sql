-- Whether the cookie of a device ever came back. First requests of one browser at once get a cookie each, of which it
-- keeps one; what throws cookies away gets one a visit. Those are nobody's devices: `cleanup` takes them.

-- TRUE of the devices that are there already: nobody knows of them.
ALTER TABLE devices ADD COLUMN returned BOOLEAN NOT NULL DEFAULT TRUE;

CREATE INDEX devices_unreturned ON devices (id) WHERE NOT returned;
