return await Dvt.Workers.WorkersHost.RunAsync(args);
