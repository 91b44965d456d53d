return await Dvt.ReadModels.ReadModelsHost.RunAsync(args);
