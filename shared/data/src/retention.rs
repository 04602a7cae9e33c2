//! What goes when: the retention table and its jobs.
