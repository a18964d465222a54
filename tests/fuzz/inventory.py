"""Every public function of studylib that takes arguments: it has an entry, or stands here with the reason why not."""

import dataclasses
import functools
import importlib
import inspect
import pkgutil
import sys

GROUPS = ("entries_core", "entries_toys", "entries_pictures", "entries_deployment")

# Packages whose functions take no path, picture, shape, name or number from a user.
LEFT_OUT = {
    "claims": "boxes about measurements that a notebook's own cells hand over",
    "exercises.": "what an exercise checks is any code; `exercises.check` reports whatever it raises, see tests",
}
EXCEPTIONS = {
    "it checks arguments for others, and has tests of its own (test_arguments.py)": """
        arguments.array_size arguments.image_batch arguments.image_values arguments.modest_number arguments.number_array
        arguments.one_of arguments.path_of arguments.real_number arguments.shown arguments.true_or_false
        arguments.whole_number""",
    "tried in run_group.py, by what it prints or with whole files": """
        exercises.check exercises.prompt exercises.hint exercises.solution training.cluster.check_tf_config
        files.check_weights data.images.open_picture data.images.upright_rgb deployment.runtimes.Translator
        deployment.foreign.onnx_content deployment.foreign.litert_content deployment.foreign.check_saved_model
        deployment.litert_trial.limit deployment.litert_trial.main""",
    "a part behind load_task, which has checked name and size": """
        data.folder.load data.openmoji.load data.openmoji.load_superres data.openmoji.motif data.openmoji.split_artworks
        data.shapes.draw data.shapes.load data.split.join data.split.look_alikes data.split.same_key data.split.split
        data.tfds.load""",
    "runs inside a compiled step or pipeline, on tensors that its caller has checked": """
        average.WeightAverage.track average.WeightAverage.update cyclegan.image_pool.two_uniforms
        cyclegan.model.shared_pass cyclegan.model.CycleGAN.generator_terms cyclegan.model.CycleGAN.generator_loss
        cyclegan.model.CycleGAN.discriminator_terms pix2pix.Pix2Pix.generator_terms
        pix2pix.Pix2Pix.generator_loss pix2pix.Pix2Pix.discriminator_loss pix2pix.Pix2Pix.scores gan.model.GAN.scores
        gan.model.Times adversarial.AdversarialModel adversarial.AdversarialModel.report
        data.pipeline.draw data.pipeline.random_box data.pipeline.shifted data.pipeline.shuffled
        losses.l1 losses.LSGANLoss.discriminator losses.LSGANLoss.generator losses.GANLoss.discriminator
        losses.GANLoss.generator evaluation.contrastive.contrastive_loss evaluation.contrastive.random_windows
        networks.arguments.AdmissibleSize.check networks.blocks.convolution networks.blocks.transposed_convolution
        networks.generators.residual_block networks.narrow.convolution_of_few networks.narrow.narrow_convolution
        networks.narrow.narrow_transposed_convolution networks.winograd.mixed_kernel
        networks.winograd.winograd_convolution networks.fields.score_gradient networks.fast.xla_is_faster
        normalization.weight.WeightNormalization.initialize""",
    "takes a model, its layers or its table": """
        networks.fields.receptive_field networks.fields.without_normalization networks.inspection.input_tensors
        networks.inspection.multiply_adds networks.skips.skip_names networks.skips.with_gates networks.skips.set_gates
        networks.stages.convolutions_on_paths networks.stages.repeats networks.stages.stage_table
        networks.stages.stages plots.networks.diagram.network_diagram plots.networks.layers.layer_diagram
        plots.networks.layers.network_costs evaluation.held_out.cycle_errors evaluation.held_out.held_out_errors
        evaluation.table.evaluate widgets.own_picture.own_picture training.memory.memory_sentence""",
    "makes texts of numbers that studylib has counted": """
        networks.inspection.megabytes networks.inspection.shape_text networks.inspection.short_number
        evaluation.held_out.as_markdown widgets.normalization.numbers machine.check_machine
        evaluation.scores.Measure.is_better evaluation.table.Evaluation.rows evaluation.table.Evaluation.comparison
        networks.fields.share_outside training.memory.weighted_sum""",
    "reads a card that load_pretrained has read": """
        pretrained.card.as_markdown pretrained.card.direction_title pretrained.card.equals_and_betters
        pretrained.card.failures pretrained.card.gallery_blocks pretrained.card.is_clearly_below
        pretrained.card.picture_errors pretrained.card.picture_strangeness pretrained.card.ranking_values
        pretrained.card.sides pretrained.card.summary pretrained.card.targets pretrained.card.title
        pretrained.card.translations pretrained.card.without_learning""",
    "a recorded run or its judgement: tools/record_runs.py gives the settings": """
        ablation.runs.AblatedCycleGAN ablation.runs.ablation_run ablation.runs.judged ablation.runs.trained_in_parts
        ablation.statistics.comparisons ablation.statistics.finals ablation.statistics.holm
        evaluation.contrastive.faces_of_artworks evaluation.contrastive.retrieval_accuracy
        evaluation.contrastive.train_encoder gan.comparison.digits_covered gan.comparison.digits_floor
        gan.comparison.digits_gan gan.comparison.digits_run gan.comparison.has_failed gan.comparison.noise_floor
        gan.comparison.toy_run pix2pix_objectives.judged pix2pix_objectives.objective_run
        recorded.check recorded.record recorded.time_reached recorded.unfinished recorded.write
        training.health.examine training.health_runs.complementary training.health_runs.health_run
        training.health_runs.health_settings training.health_runs.start_inverted""",
    "says which gradients are missing in an audit that gradient_audit has made": """
        cyclegan.audit.gradient_faults cyclegan.audit.gradient_remarks""",
    "raises KeyError by its contract; the tests use it": "exercises.get",
    "draws pictures, which go through plots.grid.to_uint8": """
        plots.ablation.ablation_outputs plots.cyclegan.colour_drift plots.cyclegan.disturbed_round_trips
        plots.data.mirrored_meanings plots.evaluation.cases plots.gallery.gallery plots.grid.sample_sheet
        plots.networks.fields.patch_view plots.networks.skips.cut_skips plots.normalization.members.contrast_rows
        plots.normalization.watched.normalized_image plots.padding.convolution.padded_convolution
        plots.pix2pix.damaged_patch plots.tour.cyclegan_diagram widgets.own_picture.both_ways""",
    "draws what another function has measured": """
        plots.ablation.ablation_spread plots.cyclegan.gradient_reach plots.cyclegan.held_out_errors
        plots.cyclegan.hidden_information plots.cyclegan.learning_rate plots.data.distinct_crops
        plots.data.kernel_histograms plots.data.shuffle_orders plots.data.signal_scale plots.data.throughput
        plots.deployment.formats plots.evaluation.damage_table plots.evaluation.sample_size_bias
        plots.gan.discriminator_alone plots.gan.groups_and_samples plots.gan.optimizer_paths plots.gan.over_training
        plots.gan.seed_spread plots.gan.toy_film plots.gan.toy_gan plots.health.against_healthy
        plots.health.health_courses plots.image_pool.image_pool plots.image_pool.pool_ages plots.losses.failures
        plots.losses.loss_comparison plots.losses.score_histograms plots.losses.score_paths
        plots.networks.skips.coarse_and_fine plots.normalization.gradients.activation_functions
        plots.normalization.gradients.against_learning_rate
        plots.normalization.gradients.learning_rate_grid plots.normalization.gradients.ranges
        plots.normalization.gradients.through_layers plots.normalization.gradients.training_curves
        plots.normalization.members.invariance_error plots.normalization.members.member_training
        plots.normalization.members.repeated_runs plots.normalization.members.statistics_error
        plots.normalization.whitening.clouds plots.normalization.whitening.correlation_matrices
        plots.normalization.whitening.whitening_cost plots.padding.borders.border_growth
        plots.padding.borders.border_maps plots.padding.borders.border_profiles plots.padding.borders.guesses
        plots.padding.grids.gradient_counts plots.pix2pix.middle_values plots.pix2pix.objectives
        plots.pix2pix.pair_scores plots.training.loss_curves plots.training.time_to_quality
        plots.transposed_convolution.checkerboard.gradient_phases
        plots.transposed_convolution.checkerboard.strength_over_training
        plots.transposed_convolution.matrices.matrix_grids plots.transposed_convolution.matrices.rows_of_cells
        plots.transposed_convolution.matrices.size_stairs plots.transposed_convolution.matrices.ways_back""",
    "a pen of the drawings beside it": """
        plots.figure.glyph plots.figure.subplots plots.normalization.cube.around_cells
        plots.normalization.cube.draw_cells plots.normalization.cube.draw_cube plots.normalization.cube.extent
        plots.normalization.cube.sets_of_cells plots.normalization.cube.title plots.padding.borders.frame_image
        plots.padding.borders.no_ticks plots.transposed_convolution.cells.arrow
        plots.transposed_convolution.cells.cells plots.transposed_convolution.cells.numbers
        plots.transposed_convolution.cells.outline plots.transposed_convolution.cells.paper
        plots.transposed_convolution.cells.sheet plots.transposed_convolution.cells.tint
        plots.transposed_convolution.cells.write plots.transposed_convolution.steps.plain""",
    "a part of a run that `train` starts; faults of its folder are the matter of tests/faults": """
        training.callbacks.Checkpoint training.callbacks.History training.callbacks.Progress
        training.callbacks.SampleSheet training.callbacks.StopOnNaN
        training.cluster.in_cluster training.cluster.number_of_worker training.cluster.of_all_workers
        training.cluster.together training.distributed.check_fit training.distributed.distributed_batches
        training.distributed.distributed_step training.distributed.images_per_replica
        training.run_folder.RunFolder.claim training.run_folder.RunFolder.restore
        training.run_folder.RunFolder.sample_path training.run_folder.RunFolder.save_checkpoint
        training.run_folder.RunFolder.save_model training.run_folder.RunFolder.write_history
        training.run_folder.written_atomically
        training.settings.run_settings training.settings.set_schedule
        training.shared_run_folder.SharedRunFolder training.train.stopped_by_interrupt
        widgets.training.LiveTraining""",
    "Jupyter hands over what it made": "widgets.live.live widgets.own_picture.uploaded",
    "puts an error that was caught into words": "files.reason",
    "looks at XLA's own files": "xla_cache.is_whole xla_cache.tidy",
}


def resolved(name):
    """The function, class or method that a key of ENTRIES names."""
    package, _, name = name.rpartition(":")
    parts = name.split(".")
    if package:
        return getattr(importlib.import_module(parts[0]), parts[1])
    for k in range(len(parts) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(["studylib", *parts[:k]]))
        except ModuleNotFoundError:
            continue
        return functools.reduce(getattr, parts[k:], found)
    raise ValueError(f"there is no {name}")


def uncovered():
    """What is wrong with the lists: public functions that are in none, and names of functions that there are not."""
    entries = {name for group in GROUPS for name in importlib.import_module(group).ENTRIES}
    excused = {name for names in EXCEPTIONS.values() for name in names.split()}
    public = set(public_names())
    inside = {name for name in entries if ":" not in name}
    return {
        "neither an entry nor an exception": sorted(public - entries - excused),
        "an entry for what there is not": sorted(inside - public),
        "an exception for what there is not": sorted(excused - public),
        "both an entry and an exception": sorted(entries & excused),
    }


def public_names():
    """Names, without "studylib.", of all public functions, constructors and methods that take arguments."""
    import studylib

    for module in pkgutil.walk_packages(studylib.__path__, "studylib."):
        short = module.name.removeprefix("studylib.")
        if not any(part.startswith("_") for part in short.split(".")) and not short.startswith(tuple(LEFT_OUT)):
            importlib.import_module(module.name)
            yield from _names_in(sys.modules[module.name], short)


def _names_in(module, short):
    for name, found in vars(module).items():
        if name.startswith("_") or getattr(found, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(found):
            yield from _names_of_class(found, f"{short}.{name}")
        elif (inspect.isfunction(found) or hasattr(found, "cache_info")) and _takes_arguments(found):
            yield f"{short}.{name}"


def _names_of_class(kind, name):
    """The constructor, unless the class only holds what it is given, and methods that are its own."""
    holds_only = dataclasses.is_dataclass(kind) and not hasattr(kind, "__post_init__")
    maker = next(base for base in kind.__mro__ if "__init__" in vars(base))
    if maker.__module__.startswith("studylib") and not holds_only and _takes_arguments(kind.__init__, 1):
        yield name
    bases = kind.__mro__[1:]
    for method, found in vars(kind).items():
        is_own = not method.startswith("_") and not any(hasattr(base, method) for base in bases)
        if is_own and inspect.isfunction(found) and _takes_arguments(found, 1):
            yield f"{name}.{method}"


def _takes_arguments(function, n_bound=0):
    return len(inspect.signature(function).parameters) > n_bound
