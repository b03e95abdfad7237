-- dsql: contract no code has read the first generation since the second took over
DROP TABLE items;
