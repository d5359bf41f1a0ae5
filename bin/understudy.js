#!/usr/bin/env node
import '../dist/adapters/understudy/program.js'
