"""Every write of the compliance app, by what it writes: releases of rulebooks, drafts of the law, runs, disputes."""
