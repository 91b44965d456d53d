return await Dvt.Bench.Benches.RunAsync(args);
