"""gapwatch: is the promise to close a life-expectancy gap being kept?"""
