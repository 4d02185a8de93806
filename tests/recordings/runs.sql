-- Two starts of Home Assistant in the past: the first before all seeded states, the second among them.
UPDATE recorder_runs SET start = '2024-03-01 06:00:00.000000', "end" = '2024-03-02 05:59:00.000000';
INSERT INTO recorder_runs (start, "end", closed_incorrect, created)
VALUES ('2024-03-02 06:00:00.000000', '2024-03-04 06:00:00.000000', 0, '2024-03-04 06:00:00.000000');
