// One finder of typos for the program; baselines has its own, since it may not reference tasks.
global using NearestName = LT2.Eval.Tasks.Generators.NearestName;
