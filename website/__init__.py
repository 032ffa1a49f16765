"""The course as a website whose sliders move without a kernel:  python -m website  (`make site` calls it)"""
